import {
  createNamespace,
  deleteNamespace,
  describeNamespaces,
  getNamespace,
  getNamespaceStatus,
  getServiceVersion,
  updateNamespace,
} from "../../../wire/methods.js";
import type { NamespaceSettings } from "../../../wire/requests.js";
import type { Namespace, TransactionSetting } from "../../../wire/models.js";
import { answered, refused } from "../result.js";
import { page } from "../paging.js";
import { dropNamespace, putNamespace, type World } from "../../store/store.js";
import { rule, type Rule } from "./defineHandler.js";

/** Of a rule whose namespace "must exist": without it the rule does not run. */
const existing = ({ namespaces }: World, name: string): Namespace => namespaces.get(name)!;

const create = rule(createNamespace, "none", (world, { name, ...given }, { now }) => {
  if (world.namespaces.has(name)) {
    return refused(409, [
      { component: "namespace", message: "gateway.namespace.name.error.exists" },
    ]);
  }
  return answered({ item: putNamespace(world, { name, ...stored(world, given) }, now) });
});

const update = rule(
  updateNamespace,
  "must exist",
  (world, { namespaceName, ...given }, { now }) => {
    const before = existing(world, namespaceName);
    const wanted = stored(world, given);
    const changes =
      world.settings.updateNamespaceOmitted === "clears"
        ? wanted
        : Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null));
    const item: Namespace = {
      ...before,
      ...changes,
      updatedAt: now,
      revision: (before.revision ?? 0) + 1,
    };
    world.namespaces.set(namespaceName, item);
    return answered({ item });
  },
);

type Stored = Required<
  Pick<Namespace, "description" | "transactionSetting" | "firebaseSecret" | "logSetting">
>;

/** As it is kept and answered: what was not given is null. */
const stored = (world: World, given: NamespaceSettings): Stored => ({
  description: given.description ?? null,
  transactionSetting: given.transactionSetting ? localised(world, given.transactionSetting) : null,
  firebaseSecret: given.firebaseSecret ?? null,
  logSetting: given.logSetting ?? null,
});

/** The defaults of its GRNs name the region and the owner. */
function localised({ settings }: World, setting: TransactionSetting): TransactionSetting {
  const fill = (grn: string | null | undefined) =>
    grn?.replace("{region}", settings.region).replace("{ownerId}", settings.ownerId) ?? null;
  return {
    ...setting,
    distributorNamespaceId: fill(setting.distributorNamespaceId),
    queueNamespaceId: fill(setting.queueNamespaceId),
  };
}

const get = rule(getNamespace, "must exist", (world, { namespaceName }) =>
  answered({ item: existing(world, namespaceName) }),
);

const describe = rule(describeNamespaces, "none", (world, params) =>
  page(
    [...world.namespaces.values()].filter(({ name }) => name.startsWith(params.namePrefix ?? "")),
    ({ name }) => name,
    "namespace",
    params,
  ),
);

const status = rule(getNamespaceStatus, "must exist", (world) =>
  answered({ status: world.settings.namespaceStatus }),
);

const remove = rule(deleteNamespace, "must exist", (world, { namespaceName }) => {
  const item = existing(world, namespaceName);
  return answered({ item }, dropNamespace(world, namespaceName));
});

const version = rule(getServiceVersion, "none", () => answered({ item: "emulator" }));

export const namespaceRules: readonly Rule[] = [
  describe,
  create,
  get,
  status,
  update,
  remove,
  version,
];
