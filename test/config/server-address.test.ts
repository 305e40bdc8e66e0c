// Host and port of a server, and why a text is none.

import { expect, test } from "@jest/globals";
import { explainServerAddress, parseServerAddress } from "../../src/config/server-address.js";

test.each([
  ["127.0.0.1:99999", "expected a port from 1 to 65535"],
  ["[::1]:0", "expected a port from 1 to 65535"],
  ["valkey:123456789", "expected a port from 1 to 65535"],
  ["::1:6379", "expected host:port, with IPv6 in brackets: [::1]:6379"],
  ["[nonsense]:6379", "expected host:port, with IPv6 in brackets: [::1]:6379"],
  [
    "redis://valkey:6379",
    "expected host:port, without a scheme in front and without a password or a database in it",
  ],
])("%s: %s", (text, why) => {
  expect(parseServerAddress(text, 6379)).toBeUndefined();
  expect(explainServerAddress(text)).toBe(why);
});
