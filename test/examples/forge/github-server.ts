import {
  type Forge,
  type ForgeCall,
  type ForgeReply,
  pageOf,
  type Route,
  startForge,
} from "./forge-server.js";

export interface User {
  readonly login: string;
  readonly type: "Bot" | "User";
}

/** What GITHUB_TOKEN of a workflow speaks as. */
export const ACTIONS: User = { login: "github-actions[bot]", type: "Bot" };

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly user: User;
  body: string;
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly user: User;
  readonly labels: readonly { readonly name: string }[];
  readonly pull_request?: object;
  title: string;
  body: string;
  state: "open" | "closed";
}

export interface Pull {
  readonly number: number;
  readonly merged_at: string | null;
  readonly merge_commit_sha: string;
  readonly base: { readonly ref: string };
}

export interface GitHub extends Forge {
  readonly comments: Comment[];
  readonly issues: Issue[];
  /** Pull requests by the commits that are in them. */
  readonly pulls: Map<string, Pull[]>;
  say(issue: number, user: User, body: string): Comment;
}

interface Access {
  readonly user: User;
  readonly canWrite: boolean;
}

const LONGEST_BODY = 65_536;

/**
 * What the workflows ask of GitHub's REST API, as it answers: tokens, pages with a `Link` header, bodies that are too long.
 * @param tokens who may ask
 * @param perPage the most that a page has
 */
export async function startGitHub(
  tokens: Readonly<Record<string, Access>>,
  { perPage = 2 } = {},
): Promise<GitHub> {
  let lastId = 1000;
  const [comments, issues] = [[] as Comment[], [] as Issue[]];
  const pulls = new Map<string, Pull[]>();
  const whoIs = ({ headers }: ForgeCall) => tokens[(headers.authorization ?? "").replace(/^Bearer /, "")];
  const user = (call: ForgeCall) => whoIs(call)?.user ?? ACTIONS;

  function refuse(call: ForgeCall): ForgeReply | undefined {
    const access = whoIs(call);
    if (access === undefined) return { status: 401, body: { message: "Bad credentials" } };
    if (call.method === "GET") return undefined;
    if (!access.canWrite) return { status: 403, body: { message: "Resource not accessible by integration" } };
    if (call.body === undefined) return { status: 400, body: { message: "Problems parsing JSON" } };
    if ((call.body.body ?? "").length > LONGEST_BODY)
      return { status: 422, body: { message: "body is too long (maximum is 65536 characters)" } };
    return undefined;
  }

  function list(items: readonly unknown[], call: ForgeCall): ForgeReply {
    const page = pageOf(items, call, perPage);
    const to = (number: number, rel: string) => {
      const query = new URLSearchParams(call.query);
      query.set("page", String(number));
      return `<http://${call.headers.host}${call.path}?${query}>; rel="${rel}"`;
    };
    const links = [
      ...(page.page > 1 ? [to(page.page - 1, "prev")] : []),
      ...(page.hasNext ? [to(page.page + 1, "next"), to(99, "last")] : []),
    ];
    const headers: Record<string, string> = links.length > 0 ? { link: links.join(", ") } : {};
    return { status: 200, body: page.items, headers };
  }

  function say(issue: number, by: User, body: string): Comment {
    const comment = { id: ++lastId, issue, user: by, body };
    comments.push(comment);
    return comment;
  }

  const repo = "/repos/acme/hosts";
  const routes: Route[] = [
    {
      method: "GET",
      path: new RegExp(`^${repo}/issues/(\\d+)/comments$`),
      answer: (call, [issue]) =>
        list(
          comments.filter((one) => one.issue === Number(issue)),
          call,
        ),
    },
    {
      method: "POST",
      path: new RegExp(`^${repo}/issues/(\\d+)/comments$`),
      answer: (call, [issue]) => ({ status: 201, body: say(Number(issue), user(call), call.body.body) }),
    },
    {
      method: "PATCH",
      path: new RegExp(`^${repo}/issues/comments/(\\d+)$`),
      answer: (call, [id]) => {
        const found = comments.find((one) => one.id === Number(id));
        if (found === undefined) return { status: 404, body: { message: "Not Found" } };
        found.body = call.body.body;
        return { status: 200, body: found };
      },
    },
    {
      method: "GET",
      path: new RegExp(`^${repo}/commits/(\\w+)/pulls$`),
      answer: (call, [sha = ""]) => list(pulls.get(sha) ?? [], call),
    },
    {
      method: "GET",
      path: new RegExp(`^${repo}/issues$`),
      answer: (call) => {
        const label = call.query.get("labels");
        const state = call.query.get("state") ?? "open";
        const found = issues.filter((one) => one.labels.some(({ name }) => name === label));
        return list(found.filter((one) => one.state === state).toReversed(), call);
      },
    },
    {
      method: "POST",
      path: new RegExp(`^${repo}/issues$`),
      answer: (call) => {
        const { title, body, labels } = call.body;
        const id = ++lastId;
        const named = labels.map((name: string) => ({ name }));
        const issue: Issue = { id, number: id, user: user(call), labels: named, title, body, state: "open" };
        issues.push(issue);
        return { status: 201, body: issue };
      },
    },
    {
      method: "PATCH",
      path: new RegExp(`^${repo}/issues/(\\d+)$`),
      answer: (call, [number]) => {
        const found = issues.find((one) => one.number === Number(number));
        if (found === undefined) return { status: 404, body: { message: "Not Found" } };
        Object.assign(found, call.body);
        return { status: 200, body: found };
      },
    },
  ];
  return { ...(await startForge(routes, refuse)), comments, issues, pulls, say };
}
