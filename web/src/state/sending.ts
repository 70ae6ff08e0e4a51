import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from "react";
import { type Import, type Reading, sendImport } from "../api/upload";
import type { Upload } from "./kinds";

interface State {
  /** Of 1, of the file that is on the wire. */
  part: number;
  busy: boolean;
  /** The task that has checked the file; the one that loads it. */
  checked: string | null;
  loaded: string | null;
  error: unknown;
}

const CHOSEN: State = { part: 0, busy: false, checked: null, loaded: null, error: null };

export interface Sent extends State {
  check(kind: Upload, reading: Reading): void;
  load(kind: Upload, reading: Reading, force: boolean): void;
  /** Break off what is on the wire. */
  stop(): void;
  /** It is another kind: what was found of it is no longer so. */
  forget(): void;
}

/** A file on its way: checked as often as somebody likes, loaded once. */
export function useSending(file: File): Sent {
  const [state, setState] = useState(CHOSEN);
  const [stop, send] = useLatest(file, setState);
  return {
    ...state,
    check: (kind, reading) => send(kind, { reading, dryRun: true }, (id) => ({ ...CHOSEN, checked: id })),
    load: (kind, reading, force) =>
      send(kind, { reading, force, ...(state.checked && { preview: state.checked }) }, (id) => ({
        ...CHOSEN,
        checked: state.checked,
        loaded: id,
      })),
    stop,
    forget: () => {
      stop();
      setState(CHOSEN);
    },
  };
}

type Send = (kind: Upload, how: Import, done: (id: string) => State) => void;

/** Only the latest of what was asked counts; what was on its way before is broken off. */
function useLatest(file: File, setState: Dispatch<SetStateAction<State>>): [() => void, Send] {
  const current = useRef<AbortController | null>(null);
  useEffect(() => () => current.current?.abort(), []);
  const stop = () => {
    current.current?.abort();
    current.current = null;
    setState((before) => ({ ...before, busy: false }));
  };
  const send: Send = (kind, how, done) => {
    current.current?.abort();
    const own = new AbortController();
    current.current = own;
    const still = (change: (before: State) => State) => {
      if (current.current === own) setState(change);
    };
    setState((before) => ({ ...before, part: 0, busy: true, error: null }));
    const onProgress = (part: number) => still((before) => ({ ...before, part }));
    sendImport(kind, file, { ...how, onProgress, signal: own.signal }).then(
      ({ task_id }) => still(() => done(task_id)),
      (error: unknown) => still((before) => ({ ...before, busy: false, error })),
    );
  };
  return [stop, send];
}
