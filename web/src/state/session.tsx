import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { answered, client } from "../api/client";
import type { components } from "../api/schema";
import { session } from "../api/session";

export type Me = components["schemas"]["Me"];
export type Role = Me["role"];
const ROLES: readonly Role[] = ["user", "manager", "admin"];

export function useSession() {
  return useSyncExternalStore(session.subscribe, session.current);
}

/** Who is signed in; undefined until the server has said so. */
export function useMe(): Me | undefined {
  const current = useSession();
  const { data } = useQuery({
    queryKey: ["me", current?.token],
    queryFn: () => answered(client.GET("/api/v1/auth/me")),
    enabled: current !== null,
    staleTime: 60_000,
  });
  return data;
}

/** Whether the server would let the reader do what needs this role: buttons that it would refuse are not shown. */
export function useMay(role: Role): boolean {
  const me = useMe();
  return me !== undefined && ROLES.indexOf(me.role) >= ROLES.indexOf(role);
}
