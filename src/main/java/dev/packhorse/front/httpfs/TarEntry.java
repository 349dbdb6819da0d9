package dev.packhorse.front.httpfs;

import dev.packhorse.fs.Mode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The head of one entry of a tar archive, PAX records and long names applied.
 *
 * @param type the type flag: {@code '0'} for a file ({@code NUL} and {@code '7'} too), {@code '5'} directory, {@code '2'}
 *     symlink
 * @param name as it stands in the archive
 * @param link target of a symlink
 * @param size bytes of content
 * @param mode permissions
 * @param modified modification time
 * @param uid owner, -1 if it is not a number that an owner can have
 * @param gid group, likewise
 * @param delete a PAX record {@code delete} with an empty value: the delete marker of INTEROP.md, section 3
 * @param changeTimestamp a PAX record {@code Change-Timestamp}, {@code null} if there is none
 */
record TarEntry(
        char type,
        String name,
        String link,
        long size,
        Mode mode,
        Instant modified,
        long uid,
        long gid,
        boolean delete,
        @Nullable Long changeTimestamp) {}
