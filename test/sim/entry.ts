export { simulate } from "./simulation.js";
export { runSeed } from "./seeds.js";
