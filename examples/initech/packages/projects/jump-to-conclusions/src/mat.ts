import type { Random } from "./random.js";

/** What a square makes of whoever lands on it. */
export type Effect = "stay" | "step-back" | "jump-again";

/** One square of the mat. */
export interface Square {
  readonly conclusion: string;
  readonly effect: Effect;
}

/** Where a jump led: every square that was touched, and the one that counts. */
export interface Landing {
  readonly path: readonly string[];
  readonly conclusion: string;
}

/** Who is still jumping after so many squares has to think again. */
export const LONGEST_PATH = 8;
const OUT_OF_BREATH: Square = { conclusion: "Think again", effect: "stay" };

/** The mat as Tom drew it. */
export const MAT: readonly Square[] = [
  { conclusion: "Yes!", effect: "stay" },
  { conclusion: "No!", effect: "stay" },
  { conclusion: "Could be wrong", effect: "stay" },
  { conclusion: "Moot", effect: "stay" },
  { conclusion: "Accept it", effect: "stay" },
  { conclusion: "Go wild", effect: "stay" },
  OUT_OF_BREATH,
  { conclusion: "Lose one turn", effect: "stay" },
  { conclusion: "One step back", effect: "step-back" },
  { conclusion: "Jump again", effect: "jump-again" },
];

/** Jumps until a square lets one stay. */
export function jump(random: Random, mat: readonly Square[] = MAT): Landing {
  if (mat.length === 0) {
    throw new RangeError("a mat without squares leads to no conclusion");
  }
  const path: Square[] = [];
  while (path.length < LONGEST_PATH) {
    const square = squareAt(mat, random(mat.length));
    const before = path.at(-1);
    path.push(square);
    if (square.effect === "stay") {
      return landing(path, square);
    }
    // Nothing is behind the first square, so a step back from it is one more jump.
    if (square.effect === "step-back" && before !== undefined) {
      path.push(before);
    }
  }
  return landing(path, OUT_OF_BREATH);
}

function squareAt(mat: readonly Square[], index: number): Square {
  const square = mat[index];
  if (square === undefined) {
    throw new RangeError(`the mat has ${mat.length} squares, and none is number ${index}`);
  }
  return square;
}

function landing(path: readonly Square[], last: Square): Landing {
  return { path: path.map((square) => square.conclusion), conclusion: last.conclusion };
}
