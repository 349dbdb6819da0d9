package dev.packhorse.policy.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.packhorse.fs.FsException;
import dev.packhorse.fs.FsPath;
import org.junit.jupiter.api.Test;

class ChangesTest {

    private final Changes changes = new Changes(() -> 0, 10_000);

    private static FsPath path(String text) throws FsException {
        return FsPath.parse(text);
    }

    @Test
    void whatConcernsAPathMakesOlderAnswersWorthless() throws FsException {
        Moment before = changes.moment();
        changes.ended(path("/a"), Changes.Scope.NODE);
        assertThat(changes.nodeHolds(path("/a"), before)).isFalse();
        assertThat(changes.listingHolds(path("/a"), before)).isTrue();
        assertThat(changes.nodeHolds(path("/a/b"), before)).isTrue();
        changes.ended(path("/a"), Changes.Scope.LISTING);
        assertThat(changes.listingHolds(path("/a"), before)).isFalse();
        assertThat(changes.treeHolds(path("/a"), before)).isTrue();
        changes.ended(path("/a"), Changes.Scope.TREE);
        assertThat(changes.nodeHolds(path("/a/b/c"), before)).isFalse();
        assertThat(changes.nodeHolds(path("/ab"), before)).isTrue();
        assertThat(changes.nodeHolds(FsPath.ROOT, before)).isTrue();
        Moment after = changes.moment();
        assertThat(changes.nodeHolds(path("/a"), after)).isTrue();
        changes.allEnded();
        assertThat(changes.nodeHolds(path("/x"), after)).isFalse();
        assertThat(changes.nodeHolds(path("/x"), changes.moment())).isTrue();
    }

    @Test
    void whatIsForgottenOfTheChangesIsForgottenOfTheAnswers() throws FsException {
        Moment first = changes.moment();
        changes.ended(path("/first"), Changes.Scope.TREE);
        Moment later = first;
        for (int i = 0; i < 1000; i++) {
            changes.ended(path("/" + i), Changes.Scope.TREE);
            if (i == 990) {
                later = changes.moment();
            }
        }
        assertThat(changes.nodeHolds(path("/first"), first)).isFalse();
        assertThat(changes.nodeHolds(path("/other"), first)).isFalse();
        assertThat(changes.nodeHolds(path("/other"), later)).isTrue();
        assertThat(changes.nodeHolds(path("/995"), later)).isFalse();
    }
}
