/** What Node itself needs in an instance, on top of what the function may use; loading TypeScript needs most of it. */
const OWN_HEAP_MB = 16;
const OWN_EXTERNAL_MB = 32;
/** V8 lets garbage pile up to about as much as is in use before it looks: only above that is it surely the function's. */
const HEAP_SLACK = 2;

/** Heap of an instance whose function may use `memoryMb`: above it the instance is ended. */
export const HEAP_LIMIT_MB = (memoryMb: number): number => memoryMb * HEAP_SLACK + OWN_HEAP_MB;
/** The same for buffers outside the heap. */
export const EXTERNAL_LIMIT_MB = (memoryMb: number): number => memoryMb + OWN_EXTERNAL_MB;
/**
 * V8's own limit for a thread is this much higher than ours: when one allocation of over 16 MB (a large array or Map that grows) meets
 * it, V8 ends the whole process and not the thread. So the heap is looked at from outside, and V8's limit is only the last resort.
 */
export const LAST_RESORT_MB = 1024;
