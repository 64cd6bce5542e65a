// A worker of Cloudflare: each request plays once.
import { play } from "./play.mjs";

export default {
  async fetch(request) {
    try {
      return Response.json(await play(await request.json()));
    } catch (error) {
      return new Response(String(error?.stack ?? error), { status: 500 });
    }
  },
};
