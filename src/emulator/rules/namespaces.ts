import { createNamespace, getNamespace, getServiceVersion } from "../../wire/methods.js";
import type { Namespace, TransactionSetting } from "../../wire/models.js";
import { answered, notFound, refused } from "../outcome.js";
import { putNamespace, type World } from "../world.js";
import { rule, type Rule } from "./rule.js";

const create = rule(createNamespace, "none", (world, params, { now }) => {
  if (world.namespaces.has(params.name)) {
    return refused(409, [
      { component: "namespace", message: "gateway.namespace.name.error.exists" },
    ]);
  }
  const { name, description, transactionSetting, firebaseSecret, logSetting } = params;
  const given: Pick<Namespace, "name"> & Partial<Namespace> = {
    name,
    description: description ?? null,
    transactionSetting: transactionSetting ? localised(world, transactionSetting) : null,
    firebaseSecret: firebaseSecret ?? null,
    logSetting: logSetting ?? null,
  };
  return answered({ item: putNamespace(world, given, now) });
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

const get = rule(getNamespace, "must exist", (world, { namespaceName }) => {
  const item = world.namespaces.get(namespaceName);
  return item ? answered({ item }) : notFound("namespace");
});

const version = rule(getServiceVersion, "none", () => answered({ item: "emulator" }));

export const namespaceRules: readonly Rule[] = [create, get, version];
