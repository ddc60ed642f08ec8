//! Where a program is on a `PATH`.

use std::borrow::Cow;

use camino::Utf8Path;
use rustix::fs::{Access, access};

/// The file of a program, by the `PATH` of this environment. The name as it is where it has no file there, or where only a
/// process in its own directory can tell.
pub(super) fn find<'a>(program: &'a str, env: &[(String, String)]) -> Cow<'a, str> {
    let path = env.iter().rev().find(|(name, _)| name == "PATH").map_or("", |(_, path)| path);
    if program.contains('/') {
        return program.into();
    }
    let dirs = path.split(':').map(Utf8Path::new).take_while(|dir| dir.is_absolute());
    let found = dirs.map(|dir| dir.join(program)).find(|file| is_program(file));
    found.map_or(program.into(), |file| file.into_string().into())
}

fn is_program(file: &Utf8Path) -> bool {
    access(file.as_std_path(), Access::EXEC_OK).is_ok() && file.is_file()
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use camino::Utf8Path;

    use super::find;

    #[test]
    fn the_first_file_on_the_path_that_can_be_run_is_the_program() {
        let temp = tempfile::tempdir().unwrap();
        let top = Utf8Path::from_path(temp.path()).unwrap();
        for (dir, mode) in [("none", 0o644), ("first", 0o755), ("second", 0o755)] {
            std::fs::create_dir_all(top.join(dir)).unwrap();
            let file = std::fs::File::create(top.join(dir).join("tool")).unwrap();
            file.set_permissions(Permissions::from_mode(mode)).unwrap();
        }
        std::fs::create_dir_all(top.join("directory/tool")).unwrap();
        let check = |program: &str, path: &str, expect: &str| {
            let path = path.replace('@', top.as_str());
            let env = [("PATH".to_owned(), "/unused".to_owned()), ("PATH".to_owned(), path)];
            assert_eq!(find(program, &env), expect.replace('@', top.as_str()));
        };
        check("tool", "@/none:@/directory:@/first:@/second", "@/first/tool");
        check("tool", "@/nowhere", "tool");
        check("tool", "relative:@/first", "tool");
        check("tool", ":@/first", "tool");
        check("dir/tool", "@/first", "dir/tool");
    }
}
