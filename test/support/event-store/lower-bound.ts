/** Index of the first item whose key is at least this one; items are in the order of their keys. */
export function lowerBound<Item>(items: readonly Item[], keyOf: (item: Item) => bigint, key: bigint): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(items[middle] as Item) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
