export { simulate } from "./simulation.js";
export { tellSeed } from "./seeds.js";
