import assert from "node:assert/strict";

import { seeded, unpredictable } from "../src/random.js";

const draw = (random: (limit: number) => number, count: number): number[] =>
  Array.from({ length: count }, () => random(10));

describe("random numbers", () => {
  it("are the same for the same seed", () => {
    assert.deepEqual(draw(seeded("Tom"), 20), draw(seeded("Tom"), 20));
    assert.notDeepEqual(draw(seeded("Tom"), 20), draw(seeded("Michael"), 20));
  });

  it("reach every number below the limit, and none above", () => {
    for (const random of [seeded("Milton"), unpredictable]) {
      assert.deepEqual([...new Set(draw(random, 2_000))].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  });
});
