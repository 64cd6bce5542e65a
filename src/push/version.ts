/** Version of the package, compared between page and worker file. A test checks it. */
export const VERSION = "0.1.0";
