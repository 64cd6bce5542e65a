// A worker of Cloudflare: each request plays once.
import { play } from "./play.mjs";

const worker = {
  async fetch(request) {
    try {
      return Response.json(await play(await request.json()));
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 });
    }
  },
};

// As the runtime asks for it.
export { worker as default };
