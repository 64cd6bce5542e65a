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
import { ok, failure } from "../result.js";
import { page } from "../paging.js";
import { dropNamespace, putNamespace, type Store } from "../../store/store.js";
import { defineHandler, type MethodHandler } from "./defineHandler.js";

/** Of a rule whose namespace "must exist": without it the rule does not run. */
const existing = ({ namespaces }: Store, name: string): Namespace => namespaces.get(name)!;

const create = defineHandler(createNamespace, "none", (world, { name, ...given }, { now }) => {
  if (world.namespaces.has(name)) {
    return failure(409, [
      { component: "namespace", message: "gateway.namespace.name.error.exists" },
    ]);
  }
  return ok({ item: putNamespace(world, { name, ...stored(world, given) }, now) });
});

const update = defineHandler(
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
    return ok({ item });
  },
);

type Stored = Required<
  Pick<Namespace, "description" | "transactionSetting" | "firebaseSecret" | "logSetting">
>;

/** As it is kept and answered: what was not given is null. */
const stored = (world: Store, given: NamespaceSettings): Stored => ({
  description: given.description ?? null,
  transactionSetting: given.transactionSetting ? localised(world, given.transactionSetting) : null,
  firebaseSecret: given.firebaseSecret ?? null,
  logSetting: given.logSetting ?? null,
});

/** The defaults of its GRNs name the region and the owner. */
function localised({ settings }: Store, setting: TransactionSetting): TransactionSetting {
  const fill = (grn: string | null | undefined) =>
    grn?.replace("{region}", settings.region).replace("{ownerId}", settings.ownerId) ?? null;
  return {
    ...setting,
    distributorNamespaceId: fill(setting.distributorNamespaceId),
    queueNamespaceId: fill(setting.queueNamespaceId),
  };
}

const get = defineHandler(getNamespace, "must exist", (world, { namespaceName }) =>
  ok({ item: existing(world, namespaceName) }),
);

const describe = defineHandler(describeNamespaces, "none", (world, params) =>
  page(
    [...world.namespaces.values()].filter(({ name }) => name.startsWith(params.namePrefix ?? "")),
    ({ name }) => name,
    "namespace",
    params,
  ),
);

const status = defineHandler(getNamespaceStatus, "must exist", (world) =>
  ok({ status: world.settings.namespaceStatus }),
);

const remove = defineHandler(deleteNamespace, "must exist", (world, { namespaceName }) => {
  const item = existing(world, namespaceName);
  return ok({ item }, dropNamespace(world, namespaceName));
});

const version = defineHandler(getServiceVersion, "none", () => ok({ item: "emulator" }));

export const namespaceRules: readonly MethodHandler[] = [
  describe,
  create,
  get,
  status,
  update,
  remove,
  version,
];
