package dev.packhorse.store.vfs.ftp;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread of the process that looks at the time for all stores. What it is given must be short and never wait. */
final class Clock {

    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private Clock() {}

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "packhorse-ftp-clock");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(10, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    static Future<?> every(Duration period, Runnable task) {
        return TIMER.scheduleWithFixedDelay(task, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }

    static void after(Duration delay, Runnable task) {
        Future<?> unused = TIMER.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    }
}
