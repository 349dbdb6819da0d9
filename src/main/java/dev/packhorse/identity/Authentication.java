package dev.packhorse.identity;

import java.time.Duration;

/** What has become of the credentials of one request. */
public sealed interface Authentication {

    /**
     * All that was shown is right, or nothing was shown.
     *
     * @param caller who asks; anonymous if nothing was shown
     */
    record Accepted(Caller caller) implements Authentication {}

    /**
     * Something that was shown is wrong: {@code 401}, also where nobody in particular would have been let in.
     *
     * @param delay how long to hold the answer back; zero for most
     */
    record Refused(Duration delay) implements Authentication {}

    /**
     * Nothing that was shown has been looked at: {@code 429}. The address is barred, or too many logins wait already.
     *
     * @param retryAfter when it may be tried again; at least a second
     */
    record Later(Duration retryAfter) implements Authentication {}
}
