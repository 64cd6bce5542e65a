// Run with --expose-gc: what a function of leaks.ts leaves behind, as JSON.
const [url, name, count] = process.argv.slice(2);
const { [name]: run } = await import(url);
console.log(JSON.stringify(await run(Number(count))));
