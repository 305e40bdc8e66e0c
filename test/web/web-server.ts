// One small application on four servers: node:http, Express 5 and 4, and Fastify. Real sockets, plain fetch.

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import express from "express";
import { fastify } from "fastify";
import { expressSessions } from "../../src/web/express.js";
import { fastifySessions } from "../../src/web/fastify.js";
import { bindSessions, type RequestSessions } from "../../src/web/request-sessions.js";
import type { WebLogin } from "../../src/web/web-login.js";
import type { WebSessions } from "../../src/web/web-sessions.js";

export interface WebServer {
  readonly url: string;
  close(): Promise<void>;
}

export const JOE: WebLogin = { authid: "joe", authrole: "user" };

/** What the paths of the application do with its sessions; the answer is JSON. */
const ACTIONS: Readonly<
  Record<string, (sessions: RequestSessions, query: URLSearchParams) => Promise<unknown>>
> = {
  "/me": (sessions) => sessions.getUser(),
  "/login": (sessions, query) => sessions.login({ ...JOE, authid: query.get("authid") ?? "joe" }),
  "/rotate": (sessions) => sessions.rotate({ authrole: "admin" }),
  "/update": (sessions, query) => sessions.update({ maxAgeSeconds: Number(query.get("seconds")) }),
  "/logout": (sessions) => sessions.logout(),
  "/twice": async (sessions) => [await sessions.login(JOE), await sessions.logout()],
  "/again": async (sessions) => [await sessions.login(JOE), await sessions.login(JOE)],
  "/other": async () => "something changed",
};

function findAction(url: string) {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const action = ACTIONS[pathname];
  return action === undefined ? undefined : (sessions: RequestSessions) => action(sessions, searchParams);
}

/** The application without a framework. */
export function createListener(web: WebSessions): RequestListener {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (web.checkOrigin(request) !== undefined) {
      response.writeHead(403).end();
      return;
    }
    response.setHeader("set-cookie", ["theme=dark", "lang=en"]);
    response.setHeader("cache-control", "public, max-age=60");
    response.setHeader("vary", "Accept");
    const result = await findAction(request.url ?? "")?.(bindSessions(web, request, response));
    response.setHeader("content-type", "application/json").end(JSON.stringify(result));
  };
  return (request, response) => {
    answer(request, response).catch((error: { statusCode?: number; code?: string }) => {
      response.writeHead(error.statusCode ?? 500).end(error.code);
    });
  };
}

async function startHttp(web: WebSessions): Promise<WebServer> {
  const server = createServer(createListener(web));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The types of Express 5 hold for what is used of it here. */
const express4: typeof express = createRequire(import.meta.url)("express4");

async function startExpress(makeApp: typeof express, web: WebSessions): Promise<WebServer> {
  const app = makeApp();
  app.use(expressSessions(web));
  const answer = async (request: express.Request, response: express.Response): Promise<void> => {
    response.cookie("theme", "dark").cookie("lang", "en").vary("Accept");
    response.set("cache-control", "public, max-age=60");
    response.json(await findAction(request.originalUrl)?.(request.sessions));
  };
  // Express 4 doesn't pass on what an asynchronous handler throws.
  app.use((request, response, next) => void answer(request, response).catch(next));
  app.use(
    (
      error: { statusCode?: number; code?: string },
      _: unknown,
      response: express.Response,
      _next: unknown,
    ) => {
      response.status(error.statusCode ?? 500).send(error.code);
    },
  );
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function startFastify(web: WebSessions): Promise<WebServer> {
  const app = fastify({ forceCloseConnections: true });
  await app.register(fastifySessions, { web });
  app.all("/*", async (request, reply) => {
    reply.header("set-cookie", ["theme=dark", "lang=en"]).header("vary", "Accept");
    reply.header("cache-control", "public, max-age=60").type("application/json");
    return JSON.stringify(await findAction(request.url)?.(request.sessions));
  });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return { url, close: () => app.close() };
}

export const SERVERS: readonly (readonly [name: string, start: (web: WebSessions) => Promise<WebServer>])[] =
  [
    ["node:http", startHttp],
    ["Express 5", (web) => startExpress(express, web)],
    ["Express 4", (web) => startExpress(express4, web)],
    ["Fastify", startFastify],
  ];

/** What a browser would keep of our cookie: its value, `""` if it is cleared, `undefined` if there is none. */
export function cookieOf(response: Response, name = "cbtid"): string | undefined {
  const own = response.headers.getSetCookie().filter((line) => line.startsWith(`${name}=`));
  if (own.length > 1) throw new Error("our cookie is set twice");
  return own[0]?.slice(name.length + 1).split(";", 1)[0];
}
