// Run with --expose-gc: prints the result of one function of leaks.ts as JSON.
const [url, name, count] = process.argv.slice(2);
// The stacks of 100,000 errors take a quarter of the time.
Error.stackTraceLimit = 0;
const { [name]: run } = await import(url);
console.log(JSON.stringify(await run(Number(count))));
