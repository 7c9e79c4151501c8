# What the programs of the examples have in common: finds Java and builds what is missing. Sourced by raft-examples/kv and
# raft-examples/bench, which say who they are:
#   name   the program, for complaints
#   home   the folder raft-examples

root="$(dirname "$home")"
target="$home/target"
# One stamp for all programs: they are built together.
stamp="$target/kv.stamp"

fail() {
  printf '%s: %s\n' "$name" "$1" >&2
  exit 1
}

java_program() {
  if [[ -n "${JAVA_HOME:-}" && -x "$JAVA_HOME/bin/java" ]]; then
    printf '%s' "$JAVA_HOME/bin/java"
  else
    command -v java || true
  fi
}

check_java() {
  [[ -n "$java" ]] || fail 'no Java found: install a JDK, 17 or later, or set JAVA_HOME'
  local major
  major="$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')"
  [[ "${major%%.*}" =~ ^[0-9]+$ && "${major%%.*}" -ge 17 ]] ||
    fail "Java 17 or later is needed; $java is version ${major:-unknown}"
}

example_jar() {
  local jar
  for jar in "$target"/raft-examples-*.jar; do
    case "$jar" in
      *-sources.jar | *-javadoc.jar | *-tests.jar) ;;
      *) [[ -f "$jar" ]] && printf '%s' "$jar" && return ;;
    esac
  done
}

# Whether the jars are there and no source is newer. Maven leaves a jar alone when its content would be the same, so a
# build of this script's own is remembered by a stamp beside it.
is_built() {
  local jar since
  jar="$(example_jar)"
  [[ -n "$jar" && -d "$target/lib" ]] || return 1
  since="$jar"
  [[ -f "$stamp" && "$stamp" -nt "$jar" ]] && since="$stamp"
  [[ -z "$(find "$root/pom.xml" "$root"/raft-*/pom.xml "$root"/raft-*/src/main -newer "$since" -type f -print -quit)" ]]
}

build() {
  local log="$target/kv-build.log" mvn status=0
  mkdir -p "$target"
  mvn="$(command -v mvn || true)"
  [[ -n "$mvn" ]] || fail 'this needs to be built first, and there is no Maven (mvn): install Maven 3.8 or later'
  printf 'Building (one or two minutes the first time) ... ' >&2
  # Tests, checks and archives that only a release needs are left out, so that none of them can stand in the way of a
  # start; mvn verify has them.
  (cd "$root" && "$mvn" --batch-mode --no-transfer-progress -pl raft-examples -am package \
    -Dmaven.test.skip=true -Dmaven.javadoc.skip=true -Dmaven.source.skip=true -Dspotless.check.skip=true \
    -Dforbiddenapis.skip=true -Denforcer.skip=true) >"$log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    printf 'failed. From %s:\n' "$log" >&2
    # The compiler's complaints first; if there are none, whatever came last.
    grep -E '^\[(ERROR|WARNING)\] .*\.java:' "$log" | sort -u | head -n 20 >&2 || tail -n 20 "$log" >&2
    exit 1
  fi
  touch "$stamp"
  printf 'done in %d s.\n' "$SECONDS" >&2
}

# Sets java, and builds unless that was done. Two starts at the same time, such as one pasted beside a demo, build only once.
prepare() {
  java="$(java_program)"
  check_java
  if ! is_built; then
    mkdir -p "$target"
    if command -v flock >/dev/null; then
      exec 9>"$target/kv.lock"
      flock 9
    fi
    is_built || build
    exec 9>&-
  fi
}
