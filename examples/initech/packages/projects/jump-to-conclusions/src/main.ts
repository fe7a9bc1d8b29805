#!/usr/bin/env node
import { serve } from "@hono/node-server";
import { z } from "zod";

import { createApplication } from "./application.js";

/** How long requests that are being answered may take once the end was asked for. */
const GRACE_MILLISECONDS = 3_000;

const Environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8082),
});

const environment = Environment.safeParse(process.env);
if (!environment.success) {
  for (const { path, message } of environment.error.issues) {
    console.error(`jump-to-conclusions: ${path.join(".")}: ${message}`);
  }
  process.exit(2);
}

const server = serve(
  {
    fetch: createApplication().fetch,
    hostname: environment.data.HOST,
    port: environment.data.PORT,
  },
  ({ address, port, family }) => {
    const host = family === "IPv6" ? `[${address}]` : address;
    console.log(`jump-to-conclusions: listening on http://${host}:${port}`);
  },
);
server.on("error", (error) => {
  console.error(`jump-to-conclusions: ${error.message}`);
  process.exit(1);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    console.log(`jump-to-conclusions: ${signal}, ending`);
    server.close(() => process.exit(0));
    if ("closeIdleConnections" in server) {
      server.closeIdleConnections();
    }
    setTimeout(() => process.exit(0), GRACE_MILLISECONDS).unref();
  });
}
