export { onMeasure, type MeasureOptions } from "./onMeasure.js";
export type { Measure, MeasureOutcome } from "./measures.js";
