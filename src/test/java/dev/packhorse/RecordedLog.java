package dev.packhorse;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What is logged under a name while this is open. */
public final class RecordedLog implements AutoCloseable {

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final @Nullable Level usual;
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getLevel().intValue() >= least.intValue()) {
                records.add(entry);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private final Level least;

    /** Records what is at least so important. */
    public RecordedLog(String name, Level least) {
        this.logger = Logger.getLogger(name);
        this.usual = logger.getLevel();
        this.least = least;
        logger.setLevel(least);
        logger.addHandler(handler);
    }

    public List<LogRecord> records() {
        return records;
    }

    /** Of these what loggers have said whose names begin so; others may speak of what is left of another test. */
    public List<LogRecord> records(String... names) {
        return records.stream()
                .filter(entry -> Arrays.stream(names).anyMatch(String.valueOf(entry.getLoggerName())::startsWith))
                .toList();
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
        logger.setLevel(usual);
    }
}
