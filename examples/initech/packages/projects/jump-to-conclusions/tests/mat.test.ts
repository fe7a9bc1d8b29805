import assert from "node:assert/strict";

import { jump, LONGEST_PATH, MAT, type Square } from "../src/mat.js";
import type { Random } from "../src/random.js";

/** Lands on these squares, one after the other. */
function landingOn(...conclusions: string[]): Random {
  const indices = conclusions.map((wanted) =>
    MAT.findIndex(({ conclusion }) => conclusion === wanted),
  );
  return () => {
    const index = indices.shift();
    assert.ok(index !== undefined, "it jumped once too often");
    return index;
  };
}

describe("the mat", () => {
  it("has no conclusion twice", () => {
    assert.equal(new Set(MAT.map(({ conclusion }) => conclusion)).size, MAT.length);
  });

  it("ends on the first square that lets one stay", () => {
    assert.deepEqual(jump(landingOn("Moot")), { path: ["Moot"], conclusion: "Moot" });
  });

  it("jumps again", () => {
    assert.deepEqual(jump(landingOn("Jump again", "Jump again", "Yes!")), {
      path: ["Jump again", "Jump again", "Yes!"],
      conclusion: "Yes!",
    });
  });

  it("steps back onto the square before, and jumps on from there", () => {
    assert.deepEqual(jump(landingOn("Jump again", "One step back", "No!")), {
      path: ["Jump again", "One step back", "Jump again", "No!"],
      conclusion: "No!",
    });
  });

  it("cannot step back from the first square", () => {
    assert.deepEqual(jump(landingOn("One step back", "Go wild")).path, [
      "One step back",
      "Go wild",
    ]);
  });

  it("ends even where no square lets one stay", () => {
    const trampoline: Square[] = [{ conclusion: "Jump again", effect: "jump-again" }];
    const { path, conclusion } = jump(() => 0, trampoline);
    assert.equal(path.length, LONGEST_PATH);
    assert.equal(conclusion, "Think again");
  });

  it("refuses a mat without squares", () => {
    assert.throws(() => jump(() => 0, []), /leads to no conclusion/);
  });
});
