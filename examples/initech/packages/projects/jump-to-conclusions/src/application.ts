import { Hono } from "hono";
import { z } from "zod";

import { jump, MAT, type Landing } from "./mat.js";
import { seeded, unpredictable, type Random } from "./random.js";

/** A jump that was made, as `GET /jumps` tells it. */
export interface Jump extends Landing {
  readonly id: number;
  readonly question: string;
}

/** How many jumps are remembered. */
export const REMEMBERED = 100;

const JumpRequest = z
  .object({
    question: z.string().trim().min(1, "ask something").max(500),
    /** Makes the jump a repeatable one. */
    seed: z.string().optional(),
  })
  .strict();

/** The mat's web interface. `random` is for jumps without a seed. */
export function createApplication(random: Random = unpredictable): Hono {
  const application = new Hono();
  const jumps: Jump[] = [];
  let made = 0;

  application.get("/healthz", (context) => context.json({ status: "ok", jumps: made }));

  application.get("/mat", (context) => context.json({ squares: MAT }));

  application.get("/jumps", (context) => context.json({ jumps }));

  application.post("/jumps", async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined);
    const request = JumpRequest.safeParse(body);
    if (!request.success) {
      return context.json({ error: explain(request.error) }, 400);
    }
    const { question, seed } = request.data;
    made += 1;
    const answer: Jump = {
      id: made,
      question,
      ...jump(seed === undefined ? random : seeded(seed)),
    };
    jumps.unshift(answer);
    jumps.length = Math.min(jumps.length, REMEMBERED);
    return context.json(answer, 201);
  });

  application.notFound((context) =>
    context.json({ error: `there is no ${context.req.method} ${context.req.path}` }, 404),
  );
  return application;
}

function explain(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join("; ");
}
