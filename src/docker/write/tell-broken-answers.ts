import type { Agent, ClientRequest } from "node:http";
import { inspect } from "node:util";

type AddRequest = (request: ClientRequest, ...rest: unknown[]) => void;

/**
 * An agent for dockerode, over the connections of another one. dockerode waits for the end of an answer and never
 * hears that the connection broke in the middle of it: a wait for a container would outlive its daemon by as long
 * as its deadline. This agent fails the request instead.
 */
export function tellBrokenAnswers(agent: Agent): Agent {
  const inner = agent as Agent & { readonly addRequest: AddRequest };
  const addRequest: AddRequest = (request, ...rest) => {
    request.once("response", (answer) => answer.once("error", (error) => request.emit("error", error)));
    inner.addRequest(request, ...rest);
  };
  return Object.create(agent, {
    addRequest: { value: addRequest },
    // docker-modem inspects a request's options to any depth at every call, for a debug line that nobody reads;
    // with every open socket below the agent that costs more than all else that we do.
    [inspect.custom]: { value: () => "(agent)" },
  }) as Agent;
}
