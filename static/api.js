// How the scripts ask the service.

/** The service's own address, from that of the script which this is part of: `/baonoi.js` or `/static/….js`. */
const SERVICE = new URL(/\/static\/[^/]*$/.test(document.currentScript.src) ? "../" : "./", document.currentScript.src);

/** How long an answer may take, in ms, before it counts as lost. */
const ANSWER_MS_MAX = 15_000;

/** The server said no, or could not be reached (`status` 0, `code` "offline"). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message Vietnamese, for people; empty when nobody answered
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * A path that the server gave, as a full address: on a publisher's page it is not our origin.
 * @param {string} path
 */
export function address(path) {
  return new URL(path, SERVICE).href;
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 */
export async function ask(path, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  const signal = AbortSignal.timeout?.(ANSWER_MS_MAX);
  let response;
  try {
    response = await fetch(address(path), { signal, ...options, headers });
  } catch {
    throw new ApiError(0, "offline", "");
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  const code = answer?.error?.code ?? "internal";
  throw new ApiError(response.status, code, answer?.error?.message ?? "");
}
