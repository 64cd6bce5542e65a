import type { ConnectionSnapshot } from "gs2-gateway";

export type Reason = NonNullable<ConnectionSnapshot["reason"]>;
