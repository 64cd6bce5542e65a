import {
  createNamespace,
  deleteNamespace,
  describeNamespaces,
  getNamespace,
  getNamespaceStatus,
  getServiceVersion,
  updateNamespace,
} from "../../../wire/methods.js";
import type { Namespace, TransactionSetting } from "../../../wire/models.js";
import type { NamespaceSettings } from "../../../wire/requests.js";
import { nextRevision } from "../../store/keys.js";
import { isFull } from "../../store/capacity.js";
import { dropNamespace, putNamespace } from "../../store/namespaces.js";
import type { Store } from "../../store/types.js";
import { page } from "../paging.js";
import { conflict, failure, limitReached, ok } from "../result.js";
import { defineHandler, type MethodHandler } from "./defineHandler.js";

/** For handlers whose namespace "must exist": it was checked before. */
const existingNamespace = ({ namespaces }: Store, name: string): Namespace => namespaces.get(name)!;

const create = defineHandler(createNamespace, "none", (store, { name, ...given }, { now }) => {
  if (store.namespaces.has(name)) {
    const taken = { component: "namespace", message: "gateway.namespace.name.error.exists" };
    return store.settings.namespaceNameTaken === "conflict"
      ? conflict(store, taken)
      : failure(400, [taken]);
  }
  if (isFull(store, "maxNamespaces")) return limitReached("maxNamespaces");
  return ok({ item: putNamespace(store, { name, ...toStored(store, given) }, now) });
});

const update = defineHandler(
  updateNamespace,
  "must exist",
  (store, { namespaceName, ...given }, { now }) => {
    const before = existingNamespace(store, namespaceName);
    const fields = toStored(store, given);
    const changes =
      store.settings.updateNamespaceOmitted === "clears"
        ? fields
        : Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
    const item: Namespace = {
      ...before,
      ...changes,
      updatedAt: now,
      revision: nextRevision(store, before),
    };
    store.namespaces.set(namespaceName, item);
    return ok({ item });
  },
);

type StoredSettings = Required<
  Pick<Namespace, "description" | "transactionSetting" | "firebaseSecret" | "logSetting">
>;

/** As stored and returned: omitted fields are null. */
const toStored = (store: Store, given: NamespaceSettings): StoredSettings => ({
  description: given.description ?? null,
  transactionSetting: given.transactionSetting ? withGrns(store, given.transactionSetting) : null,
  firebaseSecret: given.firebaseSecret ?? null,
  logSetting: given.logSetting ?? null,
});

/** Its default GRNs have placeholders for the region and the owner. */
function withGrns({ settings }: Store, setting: TransactionSetting): TransactionSetting {
  const fill = (grn: string | null | undefined) =>
    grn?.replace("{region}", settings.region).replace("{ownerId}", settings.ownerId) ?? null;
  return {
    ...setting,
    distributorNamespaceId: fill(setting.distributorNamespaceId),
    queueNamespaceId: fill(setting.queueNamespaceId),
  };
}

const get = defineHandler(getNamespace, "must exist", (store, { namespaceName }) =>
  ok({ item: existingNamespace(store, namespaceName) }),
);

const describe = defineHandler(describeNamespaces, "none", (store, params) =>
  page(
    [...store.namespaces.values()].filter(({ name }) => name.startsWith(params.namePrefix ?? "")),
    ({ name }) => name,
    "namespace",
    params,
  ),
);

const status = defineHandler(getNamespaceStatus, "must exist", (store) =>
  ok({ status: store.settings.namespaceStatus }),
);

const remove = defineHandler(deleteNamespace, "must exist", (store, { namespaceName }) => {
  const item = existingNamespace(store, namespaceName);
  return ok({ item }, dropNamespace(store, namespaceName));
});

const version = defineHandler(getServiceVersion, "none", () => ok({ item: "emulator" }));

export const namespaceHandlers: readonly MethodHandler[] = [
  describe,
  create,
  get,
  status,
  update,
  remove,
  version,
];
