// PocketBase with one collection `files`, which anyone may read and write. `pocketbase DIRECTORY` prints its URL once it serves.
package main

import (
	"fmt"
	"log"
	"net"
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

const maxFileBytes = 4 << 30

func main() {
	directory := os.Args[1]
	os.Args = []string{os.Args[0], "serve"}
	app := pocketbase.NewWithConfig(pocketbase.Config{
		DefaultDataDir:  directory,
		HideStartBanner: true,
	})
	app.OnServe().BindFunc(serve)
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}

func serve(event *core.ServeEvent) error {
	// Opens a page in a browser while there is no superuser.
	event.InstallerFunc = nil
	if _, err := event.App.FindCollectionByNameOrId("files"); err != nil {
		if err := event.App.Save(files()); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	event.Listener = listener
	fmt.Printf("PocketBase is ready at http://%s\n", listener.Addr())
	return event.Next()
}

// A file with a unique path, and the time of its creation for the order of pages.
func files() *core.Collection {
	collection := core.NewBaseCollection("files")
	collection.ListRule = types.Pointer("")
	collection.ViewRule = types.Pointer("")
	collection.CreateRule = types.Pointer("")
	collection.DeleteRule = types.Pointer("")
	collection.Fields.Add(
		&core.TextField{Name: "path", Required: true},
		&core.FileField{Name: "file", Required: true, MaxSelect: 1, MaxSize: maxFileBytes},
		&core.AutodateField{Name: "created", OnCreate: true},
	)
	collection.AddIndex("files_by_path", true, "path", "")
	collection.AddIndex("files_by_creation", false, "created", "")
	return collection
}
