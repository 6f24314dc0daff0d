// tusd with its file store and locks, as in its example. `tusd DIRECTORY` prints its URL once it serves.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/tus/tusd/v2/pkg/filelocker"
	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"golang.org/x/exp/slog"
)

func main() {
	directory := os.Args[1]
	composer := handler.NewStoreComposer()
	filestore.New(directory).UseIn(composer)
	filelocker.New(directory).UseIn(composer)
	logs := slog.New(slog.NewTextHandler(os.Stdout, nil))
	tus, err := handler.NewHandler(handler.Config{
		BasePath:      "/files/",
		StoreComposer: composer,
		Logger:        logs,
	})
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("/files/", http.StripPrefix("/files/", tus))
	http.Handle("/files", http.StripPrefix("/files", tus))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("tusd is ready at http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}
