// Adds a user to a users' file, or gives one a new password. The password comes from standard input.
//
//   node --import tsx examples/web-login/add-user.ts users.json joe user < password.txt

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hashPassword, type User } from "./users.js";

const [file, authid, authrole = "user"] = process.argv.slice(2);
if (file === undefined || authid === undefined)
  throw new Error("usage: add-user.ts FILE USER [ROLE] < PASSWORD");

const password = readFileSync(0, "utf8").replace(/\r?\n$/, "");
if (password.length < 8) throw new Error("a password has at least 8 characters");
const users = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as User[]) : [];
const others = users.filter((user) => user.authid !== authid);
const all = [...others, { authid, authrole, password: await hashPassword(password) }];
writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`, { mode: 0o600 });
