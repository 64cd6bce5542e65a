// Run with --expose-gc: prints the result of one function of leaks.ts as JSON.
const [url, name, count] = process.argv.slice(2);
const { [name]: run } = await import(url);
console.log(JSON.stringify(await run(Number(count))));
