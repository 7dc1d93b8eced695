import {
  type Forge,
  type ForgeCall,
  type ForgeReply,
  pageOf,
  type Route,
  startForge,
} from "./forge-server.js";

export interface Account {
  readonly id: number;
  readonly username: string;
}

export interface Note {
  readonly id: number;
  readonly on: string;
  readonly author: Account;
  readonly system: boolean;
  body: string;
}

export interface GitLabIssue {
  readonly id: number;
  readonly iid: number;
  readonly author: Account;
  readonly labels: readonly string[];
  readonly title: string;
  description: string;
  state: "opened" | "closed";
}

export interface MergeRequest {
  readonly iid: number;
  readonly state: "merged" | "opened";
  readonly target_branch: string;
  readonly sha: string;
  readonly merge_commit_sha: string | null;
  readonly squash_commit_sha: string | null;
}

export interface GitLab extends Forge {
  readonly notes: Note[];
  readonly issues: GitLabIssue[];
  /** Merge requests by the commits that they brought. */
  readonly requests: Map<string, MergeRequest[]>;
  /** Lines of what was written that GitLab takes as orders, such as `/merge`. */
  readonly orders: string[];
  /** @param on `merge_requests/7` or `issues/7` */
  say(on: string, author: Account, body: string, system?: boolean): Note;
}

/**
 * What the jobs ask of GitLab's REST API, as it answers: tokens, pages with an `X-Next-Page` header.
 * @param tokens who may ask
 */
export async function startGitLab(
  tokens: Readonly<Record<string, Account>>,
  { perPage = 2 } = {},
): Promise<GitLab> {
  let lastId = 100;
  const [notes, issues, orders] = [[] as Note[], [] as GitLabIssue[], [] as string[]];
  const requests = new Map<string, MergeRequest[]>();
  const whoIs = ({ headers }: ForgeCall) => tokens[String(headers["private-token"])];
  const nobody: Account = { id: 0, username: "" };

  const refuse = (call: ForgeCall): ForgeReply | undefined =>
    whoIs(call) === undefined ? { status: 401, body: { message: "401 Unauthorized" } } : undefined;

  function list(items: readonly unknown[], call: ForgeCall): ForgeReply {
    const { items: shown, page, hasNext } = pageOf(items, call, perPage);
    return { status: 200, body: shown, headers: { "X-Next-Page": hasNext ? String(page + 1) : "" } };
  }

  const read = (text = "") => orders.push(...text.split("\n").filter((line) => line.startsWith("/")));

  function say(on: string, author: Account, body: string, system = false): Note {
    const note = { id: ++lastId, on, author, system, body };
    notes.push(note);
    return note;
  }

  const change = <T extends object>(found: T | undefined, changes: object): ForgeReply => {
    if (found === undefined) return { status: 404, body: { message: "404 Not found" } };
    Object.assign(found, changes);
    return { status: 200, body: found };
  };

  const project = "/api/v4/projects/7";
  const routes: Route[] = [
    { method: "GET", path: /^\/api\/v4\/user$/, answer: (call) => ({ status: 200, body: whoIs(call) }) },
    {
      method: "GET",
      path: new RegExp(`^${project}/(merge_requests/\\d+)/notes$`),
      answer: (call, [on]) =>
        list(
          notes.filter((one) => one.on === on),
          call,
        ),
    },
    {
      method: "POST",
      path: new RegExp(`^${project}/((?:merge_requests|issues)/\\d+)/notes$`),
      answer: (call, [on = ""]) => {
        read(call.body.body);
        return { status: 201, body: say(on, whoIs(call) ?? nobody, call.body.body) };
      },
    },
    {
      method: "PUT",
      path: new RegExp(`^${project}/merge_requests/\\d+/notes/(\\d+)$`),
      answer: (call, [id]) => {
        read(call.body.body);
        return change(
          notes.find((one) => one.id === Number(id)),
          { body: call.body.body },
        );
      },
    },
    {
      method: "GET",
      path: new RegExp(`^${project}/repository/commits/(\\w+)/merge_requests$`),
      answer: (call, [sha = ""]) => list(requests.get(sha) ?? [], call),
    },
    {
      method: "GET",
      path: new RegExp(`^${project}/issues$`),
      answer: (call) => {
        const label = call.query.get("labels") ?? "";
        const found = issues.filter((one) => one.labels.includes(label));
        return list(found.filter((one) => one.state === call.query.get("state")).toReversed(), call);
      },
    },
    {
      method: "POST",
      path: new RegExp(`^${project}/issues$`),
      answer: (call) => {
        const { title, description, labels } = call.body;
        read(description);
        const id = ++lastId;
        const author = whoIs(call) ?? nobody;
        const issue: GitLabIssue = {
          id,
          iid: id,
          author,
          labels: labels.split(","),
          title,
          description,
          state: "opened",
        };
        issues.push(issue);
        return { status: 201, body: issue };
      },
    },
    {
      method: "PUT",
      path: new RegExp(`^${project}/issues/(\\d+)$`),
      answer: (call, [iid]) => {
        const { state_event, ...changes } = call.body;
        read(changes.description);
        const closed = state_event === "close" ? { state: "closed" } : {};
        return change(
          issues.find((one) => one.iid === Number(iid)),
          { ...changes, ...closed },
        );
      },
    },
  ];
  return { ...(await startForge(routes, refuse)), notes, issues, requests, orders, say };
}
