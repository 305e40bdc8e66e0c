// Writes docs/metrics.md from the metrics themselves; `--check` fails if it isn't up to date.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { register } from "tsx/esm/api";

register();
const { createMetrics } = await import("../src/metrics/create-metrics.ts");

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "docs", "metrics.md");
const metrics = await (await createMetrics()).describe();

const rows = metrics.map(({ name, type, labels, help }) => {
  const labelText = labels.map((label) => `\`${label}\``).join(", ");
  return `| \`${name}\` | ${type} | ${labelText} | ${help.replaceAll("|", "\\|")} |`;
});

const text = `# Metrics

For Prometheus, at \`/metrics\` of the port that the configuration names:

\`\`\`json
"metrics": {"port": 9464}
\`\`\`

It listens on 127.0.0.1 unless \`metrics.host\` says otherwise. The same host and port as \`health\` means one server with
\`/healthz\`, \`/readyz\` and \`/metrics\`. Without the section nothing is counted and nothing is loaded. In Prometheus:

\`\`\`yaml
scrape_configs:
  - job_name: wamp-cookie-authenticator
    static_configs:
      - targets: ["127.0.0.1:9464"]
\`\`\`

[dashboards/wamp-cookie-authenticator.json](../dashboards/wamp-cookie-authenticator.json) is a Grafana dashboard: import
it, and choose your Prometheus.

No label has a value that a client sent: no user, cookie, oid or address. Routers and realms are those of the
configuration. The metrics of Node.js and of the process (\`process_*\`, \`nodejs_*\`) are those of prom-client.

Made from the metrics by \`npm run docs\`.

| metric | type | labels | what it is |
|---|---|---|---|
${rows.join("\n")}

## What to be woken for

| alert | expression |
|---|---|
| clients can't log in: a router isn't attached | \`min(wamp_cookie_authenticator_router_registered) == 0\` for 1 min |
| clients get \`wamp.error.unavailable\` | \`rate(wamp_cookie_authenticator_faults_total[5m]) > 0\` for 5 min |
| the database can't be read | \`wamp_cookie_authenticator_store_up == 0\` for 1 min |
| the database fills up | \`wamp_cookie_authenticator_store_used_bytes / wamp_cookie_authenticator_store_max_size_bytes > 0.9\` |
| a client ignores its end (R-15) | \`wamp_cookie_authenticator_live_sessions_overdue > 0\` |
| ended sessions are not noticed | \`wamp_cookie_authenticator_router_watching == 0\` for 1 min |
| somebody guesses | \`rate(wamp_cookie_authenticator_decisions_total{reason=~"cookie-unknown\\|rate-limited"}[5m]) > 10\` |
| expired sessions aren't removed | \`time() - wamp_cookie_authenticator_upkeep_last_done_timestamp_seconds{task="purge"} > 86400\` |
`;

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("docs/metrics.md is not what the metrics give: run npm run docs");
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text);
  console.log(`wrote ${target}`);
}
