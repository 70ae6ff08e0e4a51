import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

/** Filters as they stand in the address: a page that is opened again, or sent to somebody, shows the same. */
export function useFilters<Name extends string>(names: readonly Name[]) {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => {
    const found: Partial<Record<Name, string[]>> = {};
    for (const name of names) if (params.has(name)) found[name] = params.getAll(name);
    return found;
  }, [params, names]);
  const change = useCallback(
    (name: Name, values: readonly string[]) => {
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          after.delete(name);
          for (const value of values) if (value) after.append(name, value);
          return after;
        },
        { replace: true },
      );
    },
    [setParams],
  );
  const clear = useCallback(() => setParams({}, { replace: true }), [setParams]);
  return { filters, change, clear };
}
