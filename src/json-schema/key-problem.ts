// A wrong key of a JSON document: where it is and what was expected there.

/** One wrong key. Neither field ever holds a value of the document, since it may be a secret. */
export interface KeyProblem {
  /** Path of the key, such as `routers[0].auth.method`; "" is the whole document. */
  readonly path: string;
  /** What is wrong with it, and what was expected. */
  readonly message: string;
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;

/** `["routers", 0, "url"]` as `routers[0].url`; keys that are no plain words as `["…"]`. */
export function toKeyPath(keys: readonly (string | number)[]): string {
  let path = "";
  for (const key of keys) {
    if (typeof key === "number") path += `[${key}]`;
    else if (!PLAIN_KEY.test(key)) path += `[${JSON.stringify(key)}]`;
    else path += path === "" ? key : `.${key}`;
  }
  return path;
}
