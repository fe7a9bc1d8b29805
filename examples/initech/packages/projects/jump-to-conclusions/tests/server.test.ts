import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.js", import.meta.url));

/** The whole program, on a free port. */
function start(environment: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [MAIN], {
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

describe("the server", () => {
  let server: ChildProcess | undefined;

  afterEach(() => server?.kill("SIGKILL"));

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`answers, and ends well at ${signal}`, async () => {
      server = start({});
      assert.ok(server.stdout);
      const [line] = (await once(createInterface(server.stdout), "line")) as [string];
      const address = /http:\S+$/.exec(line)?.[0];
      assert.ok(address, `no address in "${line}"`);

      // The connection stays open: it must not keep the server from ending.
      const answer = await fetch(`${address}/healthz`);
      assert.equal(answer.status, 200);

      server.kill(signal);
      assert.deepEqual(await once(server, "exit"), [0, null]);
    });
  }

  it("refuses a port that is none", async () => {
    server = start({ PORT: "upstairs" });
    assert.ok(server.stderr);
    const [line] = (await once(createInterface(server.stderr), "line")) as [string];
    assert.match(line, /PORT: Expected number/);
    assert.deepEqual(await once(server, "exit"), [2, null]);
  });
});
