// Certificates for TLS tests, made with the openssl command: an authority, a server, a client, and a stranger.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
  /** The files' PEM text. */
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  readonly ca: Pair;
  /** For `localhost`, but not for 127.0.0.1; signed by `ca`. */
  readonly server: Pair;
  /** A client certificate signed by `ca`. */
  readonly client: Pair;
  /** An authority of its own that nobody trusts. */
  readonly stranger: Pair;
}

/** Makes them in `directory`. */
export function makeCertificates(directory: string): Certificates {
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: directory, stdio: "pipe" });
  };
  const read = (name: string): Pair => {
    const certFile = join(directory, `${name}.pem`);
    const keyFile = join(directory, `${name}.key`);
    return { certFile, keyFile, cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  };
  const makeKey = ["-newkey", "rsa:2048", "-nodes"];

  const makeAuthority = (name: string): Pair => {
    const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
    openssl("req", "-x509", "-days", "2", "-subj", `/CN=test ${name}`, ...makeKey, ...files);
    return read(name);
  };

  const makeSigned = (name: string, subject: string, extensions: string): Pair => {
    writeFileSync(join(directory, `${name}.ext`), extensions);
    openssl("req", "-subj", `/CN=${subject}`, ...makeKey, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    const files = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", `${name}.ext`];
    openssl("x509", "-req", "-days", "2", ...authority, ...files);
    return read(name);
  };

  return {
    ca: makeAuthority("ca"),
    stranger: makeAuthority("stranger"),
    server: makeSigned("server", "localhost", "subjectAltName=DNS:localhost\n"),
    client: makeSigned("client", "component", "extendedKeyUsage=clientAuth\n"),
  };
}
