package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryId;

/**
 * An entry of the stored log whose content can't be read any more, while its position still can.
 *
 * @param entry which entry: the header of the block that it was stored in names it
 * @param checksum the CRC32C of its payload if the damage left that readable, else zero
 */
public record DamagedEntry(EntryId entry, int checksum) {}
