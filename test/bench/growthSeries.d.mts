export const growthSeries: readonly { readonly id: string; readonly sizes: readonly number[] }[];

export function worseThanLinear(
  growth: readonly {
    readonly id: string;
    readonly steps: readonly {
      readonly size: number;
      readonly nanoseconds: number;
      readonly limitNanoseconds?: number;
    }[];
  }[],
): string[];
