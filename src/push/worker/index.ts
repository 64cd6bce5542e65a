import type { WorkerScope } from "./scope.js";
import { startWorker } from "./worker.js";

startWorker(globalThis as unknown as WorkerScope);
