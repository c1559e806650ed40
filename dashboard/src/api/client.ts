// Requests to the service, relative to the page's own base address so that any prefix works.
const TOKEN_KEY = "dqheal.token";

export class RequestFailed extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function token(): string | null {
  try {
    return sessionStorage.getItem(TOKEN_KEY);
  } catch {
    return null; // storage is blocked in some frames: the page asks again after a reload
  }
}

let given: string | null = null;

export function setToken(value: string): void {
  given = value;
  try {
    sessionStorage.setItem(TOKEN_KEY, value);
  } catch {
    // kept in memory only
  }
}

export function currentToken(): string | null {
  return given ?? token();
}

export function address(path: string): URL {
  return new URL(path, document.baseURI);
}

async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const headers = new Headers(init.headers);
  const secret = currentToken();
  if (secret) headers.set("Authorization", `Bearer ${secret}`);
  const answer = await fetch(address(`api/v1/${path}`), { ...init, headers });
  if (!answer.ok) {
    const problem = await answer.json().catch(() => null);
    throw new RequestFailed(answer.status, problem?.detail || problem?.title || `The service answered ${answer.status}.`);
  }
  return (await answer.json()) as T;
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => request<T>(path, { signal });

export const post = <T>(path: string, body: unknown): Promise<T> =>
  request<T>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const at = (...parts: string[]): string => parts.map(encodeURIComponent).join("/");
