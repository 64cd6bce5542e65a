import { simulate } from "./simulation.js";

export { simulate };
