# wamp-cookie-authenticator in a container: `docker build --tag wamp-cookie-authenticator .`
#
# LMDB's rule: all who open one database must be in one PID namespace and on one local file system. So either share
# Crossbar's (examples/docker/shared), or have a database of its own (examples/docker/own-database).

# Packs what npm would publish.
FROM node:22-bookworm AS pack
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
# Not `npm ci`: it refuses a lock file that lacks the optional binaries of other platforms. The lock is kept to.
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && mkdir /packed && npm pack --ignore-scripts --pack-destination /packed

# Installs it as an operator would: its own lmdb is compiled here, with the compiler, Python and make of this stage.
FROM node:22-bookworm AS install
WORKDIR /app
COPY --from=pack /packed /packed
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-save --omit=dev --ignore-scripts --no-audit --no-fund \
  && tar -xzf /packed/*.tgz --strip-components=1 \
  && npm run postinstall \
  && test -f native/package.json

# Neither compiler nor npm's cache. The files are root's: the service can't change itself.
FROM node:22-bookworm-slim
ENV NODE_ENV=production
COPY --from=install /app /app
# `node` in the images of Node.js, by number, so that Kubernetes sees that it isn't root.
USER 1000:1000
# Alive, not ready: a router that is away is no reason to start this again. It needs "health": { "port": 8090 }.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8090/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Process 1 by itself: it handles SIGTERM and SIGHUP, and starts no other process that it would have to bury.
ENTRYPOINT ["node", "/app/bin/wamp-cookie-authenticator.js"]
CMD ["start", "--config", "/etc/wamp-cookie-authenticator/config.json"]
