import assert from "node:assert/strict";

import { createApplication, REMEMBERED, type Jump } from "../src/application.js";

const post = (body: string): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body,
});

describe("the web interface", () => {
  it("says that it is well", async () => {
    const answer = await createApplication().request("/healthz");
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { status: "ok", jumps: 0 });
  });

  it("shows the mat", async () => {
    const answer = await createApplication().request("/mat");
    const { squares } = (await answer.json()) as { squares: unknown[] };
    assert.equal(squares.length, 10);
  });

  it("jumps to a conclusion and remembers it", async () => {
    const application = createApplication(() => 3);
    const answer = await application.request("/jumps", post('{"question":" Are we fired? "}'));
    assert.equal(answer.status, 201);
    const jump = { id: 1, question: "Are we fired?", path: ["Moot"], conclusion: "Moot" };
    assert.deepEqual(await answer.json(), jump);
    const jumps = await application.request("/jumps");
    assert.deepEqual(await jumps.json(), { jumps: [jump] });
  });

  it("repeats a jump that has a seed", async () => {
    const application = createApplication(() => assert.fail("the seed counts for nothing"));
    const body = JSON.stringify({ question: "Is it the fax machine?", seed: "Tom" });
    const conclude = async (): Promise<string> => {
      const answer = await application.request("/jumps", post(body));
      return ((await answer.json()) as Jump).conclusion;
    };
    assert.equal(await conclude(), await conclude());
  });

  it("forgets the oldest jumps", async () => {
    const application = createApplication(() => 0);
    for (let count = 0; count < REMEMBERED + 1; count += 1) {
      await application.request("/jumps", post('{"question":"Again?"}'));
    }
    const answer = await application.request("/jumps");
    const { jumps } = (await answer.json()) as { jumps: Jump[] };
    assert.equal(jumps.length, REMEMBERED);
    assert.equal(jumps.at(-1)?.id, 2);
  });

  for (const [what, body, message] of [
    ["no JSON", "Yes!", /required/i],
    ["no question", "{}", /question: required/i],
    ["an empty question", '{"question":"  "}', /question: ask something/],
    ["an unknown key", '{"question":"Why?","answer":"No"}', /unrecognized key/i],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const answer = await createApplication().request("/jumps", post(body));
      assert.equal(answer.status, 400);
      assert.match(((await answer.json()) as { error: string }).error, message);
    });
  }

  it("says what there is not", async () => {
    const answer = await createApplication().request("/fax", { method: "PUT" });
    assert.equal(answer.status, 404);
    assert.deepEqual(await answer.json(), { error: "there is no PUT /fax" });
  });
});
