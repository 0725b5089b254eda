import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { Params, Row, RowId, Topic } from '../../core/contract/api.ts';
import type { TableState } from '../../core/contract/table.ts';
import { useConsole } from '../stores/context.tsx';

const NO_PARAMS = {};

/** A view with parameters (or without), watched while the component is on the screen. The table keeps its identity until a row changes. */
export function useWatch<T extends Topic>(topic: T, params: Params<T>): TableState<Row<T>> {
  const { store, hold } = useConsole().topics.of(topic, params);
  useEffect(() => hold(), [hold]);
  return useStore(store);
}

/** A whole view without parameters. */
export const useRows = <T extends Topic>(topic: T): TableState<Row<T>> => useWatch(topic, NO_PARAMS as Params<T>);

/** What `select` takes out of a view without parameters; renders again only when that changes (compared by identity). */
export function useTable<T extends Topic, S>(topic: T, select: (table: TableState<Row<T>>) => S): S {
  const { store, hold } = useConsole().topics.of(topic, NO_PARAMS as Params<T>);
  useEffect(() => hold(), [hold]);
  return useStore(store, select);
}

/** One row of a view without parameters; undefined while it is not known. */
export const useRow = <T extends Topic>(topic: T, id: RowId): Row<T> | undefined => useTable(topic, (t) => t.byId[String(id)]);

/** Whether a view is loading, live, or from before the connection was lost. */
export const useStatus = (topic: Topic): TableState<unknown>['status'] => useTable(topic, (t) => t.status);

/** Rows in their order. */
export function rowsOf<R>(table: TableState<R>): R[] {
  const rows: R[] = [];
  for (const id of table.order) {
    const row = table.byId[id];
    if (row !== undefined) rows.push(row);
  }
  return rows;
}
