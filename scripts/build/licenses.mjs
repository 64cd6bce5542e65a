// Licence texts of the packages that the bundles contain: dist/THIRD_PARTY_LICENSES.txt.
import { readFileSync, writeFileSync } from "node:fs";
import license from "rollup-plugin-license";

const { name: packageName, license: spdx } = JSON.parse(readFileSync("package.json", "utf8"));

/** For the first line of a minified file. */
export const copyright = {
  mitt: "mitt (c) Jason Miller",
  preact: "preact and @preact/signals (c) Jason Miller and the Preact authors",
  socket: "reconnecting-websocket (c) Pedro Ladaria",
};

/** Packages bundled so far, by name. */
const contained = new Map();

/** Plugin of each run that bundles packages. */
export const collectLicenses = () =>
  license({
    thirdParty: {
      output: (dependencies) => {
        for (const dependency of dependencies) contained.set(dependency.name, dependency);
      },
    },
  });

/** Plugin of the last run that bundles packages. */
export const writeLicenses = {
  name: "write-licenses",
  writeBundle() {
    const texts = [
      `${packageName} is licensed under ${spdx} (see LICENSE). ` +
        "Its files contain code of the packages below, under their own licences.",
      ...[...contained.values()]
        .toSorted((a, b) => a.name.localeCompare(b.name, "en"))
        .map((dependency) => {
          const heading = `${dependency.name} ${dependency.version} (${dependency.license})`;
          return [heading, "-".repeat(heading.length), "", ...textsOf(dependency)].join("\n");
        }),
    ];
    writeFileSync("dist/THIRD_PARTY_LICENSES.txt", `${texts.join("\n\n\n")}\n`);
  },
};

function textsOf(dependency) {
  if (!dependency.licenseText) throw new Error(`${dependency.name} has no licence text`);
  const texts = [dependency.licenseText.trim()];
  if (dependency.name === "reconnecting-websocket") {
    texts.push("", "With helper functions of tslib:", "", tslibNotice());
  }
  return texts;
}

/** The file was compiled with helpers of tslib inlined; it begins with their notice. */
function tslibNotice() {
  const file = "node_modules/reconnecting-websocket/dist/reconnecting-websocket-mjs.js";
  const notice = /^\/\*!([\s\S]*?)\*\//.exec(readFileSync(file, "utf8"))?.[1];
  if (!notice) throw new Error("reconnecting-websocket does not begin with the tslib notice");
  return notice.replace(/^[ *]+$/gm, "").trim();
}
