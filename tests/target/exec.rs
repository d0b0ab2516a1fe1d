//! The child process as a target: good ones, and those that die, hang, or say what is no answer.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use serde_json::Value;
use tempfile::TempDir;

#[cfg(target_os = "linux")]
use crate::children::is_alive;
use vcispec::target::{
    ControlError, Conversation, Exec, ExecLimits, Limits, SendError, StartError, Target as _,
};

const LIMITS: ExecLimits = ExecLimits {
    start: Duration::from_secs(5),
    answer: Limits {
        timeout: Duration::from_secs(1),
        body: 1000,
    },
    starts: 3,
};

/// A script that obeys control lines, and does this with each request, whose line and id it finds in variables.
fn script(body: &str) -> String {
    format!(
        r#"while read -r line; do
             id=${{line#*:}}; id=${{id%%[,\}}]*}}
             case $line in
               *'"control"'*) echo "{{\"id\":$id}}" ;;
               *) {body} ;;
             esac
           done"#
    )
}

const OK: &str = r#"echo "{\"id\":$id,\"status\":200}""#;

async fn start(command: &str) -> Result<Exec, StartError> {
    let exec = Exec::new(command, LIMITS, |_: &[u8]| {});
    exec.start().await.map(|()| exec)
}

/// A process that does this with each request.
async fn doing(body: &str) -> Exec {
    start(&script(body)).await.expect("it starts")
}

fn get() -> Request<Bytes> {
    Request::get("http://issuer.example/")
        .body(Bytes::new())
        .expect("a request")
}

async fn status(exec: &Exec) -> Result<u16, SendError> {
    let answer: Result<Response<Bytes>, _> = exec.send(get()).await;
    answer.map(|response| response.status().as_u16())
}

/// What the process is said to have done.
async fn fault(exec: &Exec) -> String {
    match exec.send(get()).await {
        Err(SendError::Process(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_arrives_as_it_is_and_its_answer_too() {
    let echo = r#"printf '{"id":%s,"status":404,"headers":[["x-odd","caf\\u00e9"]],"body_base64":"%s"}\n' \
        "$id" "$(printf %s "$line" | base64 | tr -d '\n')""#;
    let exec = doing(echo).await;
    let mut request = get();
    *request.uri_mut() = "http://issuer.example:3000/a%00b//c?d=e%20f"
        .parse()
        .expect("a URI");
    *request.body_mut() = Bytes::from_static(b"\x00\xff");
    let odd = HeaderValue::from_bytes(b"caf\xe9").expect("obs-text");
    request.headers_mut().insert("x-odd", odd.clone());
    let response = exec.send(request).await.expect("an answer");
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers()["x-odd"], odd);
    let line: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!(line["method"], "GET");
    assert_eq!(line["path"], "/a%00b//c?d=e%20f");
    assert_eq!(line["body_base64"], STANDARD.encode(b"\x00\xff"));
    let headers = line["headers"].to_string();
    assert!(headers.contains(r#"["x-odd","café"]"#), "{headers}");
    let host = r#"["host","issuer.example:3000"]"#;
    assert!(headers.contains(host), "{headers}");
}

#[tokio::test]
async fn answers_may_come_in_any_order() {
    let swapped = r#"[ -n "$first" ] && echo "{\"id\":$id,\"status\":201}" && echo "{\"id\":$first,\"status\":202}"; first=$id"#;
    let exec = doing(swapped).await;
    let (first, second) = tokio::join!(status(&exec), status(&exec));
    assert_eq!((first, second), (Ok(202), Ok(201)));
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    for (command, why) in [
        ("no-such-command-here", "no-such-command-here: not found"),
        (
            "echo lost >&2; exit 7",
            "exit status: 7; its last words were \"lost\"",
        ),
        (
            "echo ready",
            "no answer (expected value at line 1 column 1): \"ready\"",
        ),
        (
            "echo '{\"id\":99}'; cat",
            "answered request 99, for which nobody waits",
        ),
        ("cat", "unknown field `control`"),
    ] {
        let error = start(command).await.expect_err(command);
        assert!(error.why.contains(why), "{error}");
        assert!(error.to_string().contains("docs/exec.md"), "{error}");
    }
}

#[tokio::test]
async fn a_start_without_an_answer_is_given_up() {
    let limits = ExecLimits {
        start: Duration::from_secs(1),
        ..LIMITS
    };
    let exec = Exec::new("exec sleep 100", limits, |_: &[u8]| {});
    let why = exec.start().await.expect_err("it says nothing").why;
    assert_eq!(why, "did not answer its first line, a reset, within 1 s");
}

#[tokio::test]
async fn one_that_dies_is_found_out_and_started_again() {
    let exec = doing("echo 'no such row' >&2; exit 3").await;
    let why = "ended with exit status: 3; its last words were \"no such row\"";
    assert_eq!(fault(&exec).await, why);
    assert_eq!(fault(&exec).await, why);
    assert_eq!(fault(&exec).await, why);
    let fourth = exec.send(get()).await;
    let given_up = "the command was started 3 times, and ended each time";
    assert_eq!(fourth.unwrap_err(), SendError::Connect(given_up.into()));
}

#[tokio::test]
async fn one_that_dies_between_requests_is_found_out_too() {
    let exec = doing(&format!("{OK}; exit 0")).await;
    assert_eq!(status(&exec).await, Ok(200));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let why = fault(&exec).await;
    assert_eq!(why, "ended with exit status: 0 (between two requests)");
    assert_eq!(status(&exec).await, Ok(200));
}

#[tokio::test]
async fn a_conversation_does_not_go_on_with_another_process() {
    let exec =
        doing(r#"case $line in *die*) exit 1 ;; *) echo "{\"id\":$id,\"status\":200}" ;; esac"#)
            .await;
    let (old, new) = (Conversation::default(), Conversation::default());
    let send = |path: &str, conversation: &Conversation| {
        let mut request = get();
        *request.uri_mut() = format!("http://issuer.example/{path}")
            .parse()
            .expect("a URI");
        request.extensions_mut().insert(conversation.clone());
        exec.send(request)
    };
    assert!(send("", &old).await.is_ok());
    assert!(send("die", &new).await.is_err());
    let forgotten = send("", &old).await.unwrap_err();
    assert!(matches!(forgotten, SendError::Unsendable(_)), "{forgotten}");
    assert!(send("", &Conversation::default()).await.is_ok());
    assert!(exec.send(get()).await.is_ok(), "it belongs to none");
}

#[tokio::test]
async fn one_that_hangs_is_ended() {
    let exec = doing("sleep 100").await;
    let began = Instant::now();
    let (first, second) = tokio::join!(exec.send(get()), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        exec.send(get()).await
    });
    assert_eq!(first.unwrap_err(), SendError::Timeout(1));
    assert!(
        matches!(second, Err(SendError::Unsendable(_))),
        "{second:?}"
    );
    assert!(began.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn one_that_reads_nothing_is_ended() {
    let exec = start(r#"read -r line; echo '{"id":1}'; exec sleep 100"#)
        .await
        .expect("it starts");
    let mut request = get();
    *request.body_mut() = Bytes::from(vec![b'a'; 1 << 20]);
    let answer = exec.send(request).await;
    assert_eq!(answer.unwrap_err(), SendError::Timeout(1));
}

#[tokio::test]
async fn what_is_no_answer_is_told() {
    for (body, why) in [
        (
            "echo listening",
            "that is no answer (expected value at line 1 column 1): \"listening\", and was ended",
        ),
        ("echo", "that is no answer"),
        (
            r#"echo '{"id":77,"status":200}'"#,
            "answered request 77, for which nobody waits, and was ended",
        ),
        (
            r#"echo "{\"id\":$id}""#,
            "gave an answer that is none: it has no status",
        ),
        (
            r#"echo "{\"id\":$id,\"status\":42}""#,
            "gave an answer that is none: its status is 42",
        ),
        (
            r#"echo "{\"id\":$id,\"status\":200,\"headers\":[[\"a b\",\"\"]]}""#,
            "its header \"a b\" is no name",
        ),
        (
            r#"echo "{\"id\":$id,\"status\":200,\"body_base64\":\"?\"}""#,
            "its body_base64 is no Base64",
        ),
        (
            "yes | tr -d '\\n'",
            "wrote a line of more than 263480 bytes, and was ended",
        ),
        (
            "exec >&-; sleep 100",
            "closed its standard output, and was ended",
        ),
    ] {
        let mut limits = LIMITS;
        limits.answer.timeout = Duration::from_secs(5);
        let exec = Exec::new(script(body), limits, |_: &[u8]| {});
        exec.start().await.expect("it starts");
        let began = Instant::now();
        let said = fault(&exec).await;
        assert!(said.contains(why), "{body}: {said}");
        assert!(began.elapsed() < Duration::from_secs(4), "{body}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_twice_is_told_to_the_next() {
    let exec = doing(&format!("{OK}; {OK}; sleep 100")).await;
    assert_eq!(status(&exec).await, Ok(200));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let why = fault(&exec).await;
    assert!(why.contains("for which nobody waits"), "{why}");
}

#[tokio::test]
async fn a_crash_that_is_told_ends_nothing() {
    let exec = doing(r#"echo "{\"id\":$id,\"error\":\"index out of bounds\"}""#).await;
    for _ in 0..5 {
        let panicked = SendError::Panicked("index out of bounds".into());
        assert_eq!(status(&exec).await, Err(panicked));
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_ends_nothing() {
    let large = r#"printf '{"id":%s,"status":200,"body_base64":"%s"}\n' $id $(head -c 1001 /dev/zero | base64 | tr -d '\n')"#;
    let exec = doing(large).await;
    for _ in 0..5 {
        assert_eq!(status(&exec).await, Err(SendError::TooLarge(1000)));
    }
}

/// A process that writes the lines it reads into a file, and the file.
async fn recording(body: &str) -> (Exec, TempDir) {
    let folder = TempDir::new().expect("a folder");
    let keep = format!("echo \"$line\" >> '{}'; case", lines_of(&folder).display());
    let command = script(body).replacen("case", &keep, 1);
    (start(&command).await.expect("it starts"), folder)
}

fn lines_of(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("lines")
}

fn controls(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).expect("a file");
    let lines = text.lines().filter(|line| line.contains("\"control\""));
    lines
        .map(|line| {
            line.split_once(',')
                .expect("an id comes first")
                .1
                .to_owned()
        })
        .collect()
}

#[tokio::test]
async fn each_process_is_reset_and_told_the_time() {
    let (exec, folder) = recording("exit 1").await;
    let at = Duration::from_secs;
    exec.set_clock(at(1_704_067_200)).await.expect("it is told");
    exec.set_clock(at(1_704_067_300)).await.expect("it is told");
    fault(&exec).await;
    // Nobody is there to hear this one, but whoever is started next.
    exec.set_clock(at(1_704_067_400)).await.expect("it is kept");
    fault(&exec).await;
    let time = |time| format!("\"control\":\"set_clock\",\"time\":{time}}}");
    let reset = "\"control\":\"reset\"}".to_owned();
    let expected = [
        reset.clone(),
        time(1_704_067_200),
        time(1_704_067_300),
        reset,
        time(1_704_067_400),
    ];
    assert_eq!(controls(&lines_of(&folder)), expected);
}

#[tokio::test]
async fn one_that_dies_when_told_the_time_is_told_of_by_the_next() {
    let obeys = "*'\"control\"'*)";
    let dies = script(OK).replacen(obeys, &format!("*1704067300*) exit 9 ;; {obeys}"), 1);
    let exec = start(&dies).await.expect("it starts");
    let at = Duration::from_secs;
    exec.set_clock(at(1_704_067_200)).await.expect("it is told");
    let error = exec.set_clock(at(1_704_067_300)).await.unwrap_err();
    assert!(matches!(error, ControlError::Unanswered(_)), "{error}");
    let why = fault(&exec).await;
    assert!(why.starts_with("ended with exit status: 9"), "{why}");
}

#[tokio::test]
async fn one_that_hangs_when_told_the_time_is_told_of_by_the_next() {
    let obeys = "*'\"control\"'*)";
    let hangs = script(OK).replacen(obeys, &format!("*1704067300*) sleep 100 ;; {obeys}"), 1);
    let exec = start(&hangs).await.expect("it starts");
    let at = Duration::from_secs;
    exec.set_clock(at(1_704_067_200)).await.expect("it is told");
    exec.set_clock(at(1_704_067_300)).await.unwrap_err();
    let why = fault(&exec).await;
    assert!(why.starts_with("was ended when told the time"), "{why}");
}

#[tokio::test]
async fn who_cannot_be_told_the_time_says_so() {
    let refuses = r#"while read -r line; do id=${line#*:}; id=${id%%[,\}]*}; echo "{\"id\":$id,\"error\":\"unsupported\"}"; done"#;
    let exec = start(refuses).await.expect("it starts without a reset");
    let unsupported = ControlError::Unsupported("unsupported".into());
    assert_eq!(
        exec.set_clock(Duration::ZERO).await,
        Err(unsupported.clone())
    );
    assert_eq!(exec.reset().await, Err(unsupported));
}

#[tokio::test]
async fn its_standard_error_is_handed_on() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&heard);
    let exec = Exec::new(
        script(&format!("echo got it >&2; {OK}")),
        LIMITS,
        move |words: &[u8]| into.lock().expect("no panic").extend_from_slice(words),
    );
    exec.start().await.expect("it starts");
    assert_eq!(status(&exec).await, Ok(200));
    exec.end().await;
    assert_eq!(*heard.lock().expect("no panic"), b"got it\n");
}

#[tokio::test]
async fn at_the_end_it_may_end_of_itself() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("bye");
    let exec = start(&format!("{}; echo bye > '{}'", script(OK), file.display()))
        .await
        .expect("it starts");
    exec.end().await;
    assert_eq!(std::fs::read_to_string(file).expect("a file"), "bye\n");
    let afterwards = status(&exec).await.unwrap_err();
    assert!(matches!(afterwards, SendError::Connect(_)), "{afterwards}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn at_the_end_nothing_is_left_of_it() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("pids");
    let command = format!(
        "sleep 1000 & echo $! > '{0}'; echo $$ >> '{0}'; {1}; sleep 1000",
        file.display(),
        script(OK)
    );
    let exec = start(&command).await.expect("it starts");
    let pids = std::fs::read_to_string(file).expect("a file");
    let alive = || pids.lines().filter(|pid| is_alive(pid)).count();
    assert_eq!(alive(), 2);
    exec.end().await;
    assert_eq!(alive(), 0);
}
